"""How often one network may do something without an account. No address is kept anywhere.

What is counted is a keyed digest of the network and of the stretch of time: nobody can turn it back into an address
or follow a network from one stretch to the next, and the cache forgets it when the stretch is over.
"""

import time

from allauth.core.internal.ratelimit import get_ip
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from config.database import lock_name


def is_under_limit(request: HttpRequest, what: str, *, most: int, seconds: int) -> bool:
    """Whether `what` was done fewer than `most` times from this network in this stretch of `seconds`."""
    return int(cache.get(_cache_key(request, what, seconds), 0)) < most


def count_attempt(request: HttpRequest, what: str, *, seconds: int) -> None:
    """Note that it was done once more: one after the other, as of many at once each would count from the same."""
    key = _cache_key(request, what, seconds)
    lock_name(key)
    cache.set(key, int(cache.get(key, 0)) + 1, timeout=seconds)


def _cache_key(request: HttpRequest, what: str, seconds: int) -> str:
    stretch = int(time.time()) // seconds
    digest = salted_hmac("network", f"{what} {get_ip(request)} {stretch}", algorithm="sha256").hexdigest()
    return f"limit:{digest}"
