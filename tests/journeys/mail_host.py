"""A small mail server (RFC 5321) on loopback, which says when it is in the middle of something."""

import email
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from email.message import Message
from socketserver import StreamRequestHandler, ThreadingTCPServer

# Where a conversation stands: nothing said yet; the text is taken, which is not answered yet; it is answered.
GREETING, TAKEN, ANSWERED = "greeting", "taken", "answered"


class MailHost(ThreadingTCPServer):
    """Takes every message. `at(moment)` is called in the midst of each conversation; `answers` says what is answered
    to an address: "250 Yes", or another code and words (RFC 5321, 4.2.1)."""

    allow_reuse_address = daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Conversation)
        self.taken: list[Message] = []
        self.at: Callable[[str], None] = lambda moment: None
        self.answers: Callable[[str], str] = lambda address: "250 Yes"

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class Conversation(StreamRequestHandler):
    server: MailHost

    def handle(self) -> None:
        with suppress(ConnectionError):  # whoever we talked to was killed
            self.server.at(GREETING)
            self.say("220 mail.example.org")
            for line in self.rfile:
                word = line.strip().upper().split(b" ")[0]
                if word == b"DATA":
                    self.take()
                elif word == b"RCPT":
                    self.say(self.server.answers(line.decode().partition("<")[2].partition(">")[0]))
                elif word == b"QUIT":
                    return self.say("221 Bye")
                else:
                    self.say("250 Yes")
        return None

    def take(self) -> None:
        self.say("354 Go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                raise ConnectionResetError("It ended in the middle of a message.")
            lines.append(line)
        self.server.taken.append(email.message_from_bytes(b"".join(lines)))
        self.server.at(TAKEN)
        self.say("250 Taken")
        self.server.at(ANSWERED)

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")


@contextmanager
def mail_host() -> Iterator[MailHost]:
    """The server, listening until the end of the block."""
    with MailHost() as host:
        thread = threading.Thread(target=host.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield host
        host.shutdown()
        thread.join()
