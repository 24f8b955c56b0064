"""Read by gunicorn, where a place is served by it and not by granian: its log is the product's own.

The access log, if it is turned on (`--access-logfile -`), has neither what stands after a question mark nor the page
that one came from, and no secret of a link.
"""

access_log_format = '%(h)s "%(m)s %(U)s" %(s)s %(B)s %(M)s'
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "config.log.JSONFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        name: {"level": "INFO", "handlers": ["stderr"], "propagate": False}
        for name in ("gunicorn.error", "gunicorn.access")
    },
}
