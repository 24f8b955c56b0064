"""Stub."""
from directory.asking import Asked, Understood


def understand(asked: Asked) -> tuple[Asked, list[Understood], str]:
    return asked, [], ""
