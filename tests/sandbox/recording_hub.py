"""A hub for callbacks to arrive at."""

import httpx


class Hub:
    """A hub that keeps what it was sent and answers as told."""

    def __init__(self, status: int = 200, text: str = "") -> None:
        self.received: list[httpx.Request] = []
        self.status, self.text = status, text

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer), base_url="http://hub")

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.received.append(request)
        return httpx.Response(self.status, text=self.text)
