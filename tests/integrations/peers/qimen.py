from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from peers.base import Peer
from sandbox import credentials, qimen_confirm
from sandbox.hub import Message
from sandbox.qimen_return import arrival_message
from sandbox.qimen_stock import stock_message
from sandbox.warehouse import Arrived, GoodsBack, Outbound, StockNotice


class QimenPeer(Peer):
    def settings(self, base: str) -> dict[str, Any]:
        return {
            "url": f"{base}/qimen/router/qimen/service",
            "app_key": credentials.QIMEN_APP_KEY,
            "secret": credentials.QIMEN_APP_SECRET,
            "customer_id": credentials.QIMEN_CUSTOMER_ID,
            "owner_code": credentials.QIMEN_OWNER_CODE,
        }

    def confirmation(self, shipped: Outbound, at: datetime) -> Message:
        return qimen_confirm.confirmation(shipped, 1_250, at)

    def stock_notice(self, notice: StockNotice, at: datetime) -> Message:
        return stock_message(notice, at)

    def arrival(self, goods: GoodsBack, arrived: Arrived, at: datetime) -> Message:
        return arrival_message(goods, arrived, at)

    def batch_answer(self, outbounds: Sequence[Outbound], refused: Mapping[str, str], at: datetime) -> Message:
        return qimen_confirm.answer_to_batch(outbounds, refused, at)
