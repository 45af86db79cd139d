"""The real application with a stopwatch: each answer says how long the server had the request in its hands."""

import time

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from backend.app.asgi import app as real_app

TOOK = b"x-took-us"


def app() -> ASGIApp:
    """Make the application, each answer of which tells the microseconds from its first look to its first byte."""
    inner = real_app()

    async def timed(scope: Scope, receive: Receive, send: Send) -> None:
        begun = time.perf_counter_ns()

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = str((time.perf_counter_ns() - begun) // 1000).encode()
                message["headers"] = [*message["headers"], (TOOK, took)]
            await send(message)

        await inner(scope, receive, stamped)

    return timed
