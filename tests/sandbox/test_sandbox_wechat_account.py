"""The official account of the sandbox: wechatpy's own client sends by it, and it refuses as WeChat does."""

import asyncio
from typing import Any

import httpx
import pytest
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

from sandbox import credentials
from sandbox.world import World

MOUNT = "/wechat_account/cgi-bin"
FOLLOWER = credentials.WECHAT_FOLLOWERS[0]
DATA = {"thing1": {"value": "告警"}, "thing2": {"value": "暴雨红色预警"}}
ASKED = {
    "grant_type": "client_credential",
    "appid": credentials.WECHAT_APP_ID,
    "secret": credentials.WECHAT_APP_SECRET,
}


def message(**changes: Any) -> dict[str, Any]:
    return {"touser": FOLLOWER, "template_id": credentials.WECHAT_TEMPLATE_ID, "data": DATA, **changes}


class Client(WeChatClient):  # type: ignore[misc]  # wechatpy has no types
    """wechatpy's client; its own address of the token is written into the method."""

    def fetch_access_token(self) -> Any:
        return self._fetch_access_token(url=f"{self.API_BASE_URL}token", params=ASKED)


@pytest.mark.proves("wechat_account", "wechatpy", "sandbox")
async def test_wechatpy_sends_and_gets_itself_a_new_token(served: str, world: World) -> None:
    client = Client(credentials.WECHAT_APP_ID, credentials.WECHAT_APP_SECRET)
    client.API_BASE_URL = f"{served}{MOUNT}/"
    for _ in range(2):
        sent = await asyncio.to_thread(
            client.message.send_template, FOLLOWER, credentials.WECHAT_TEMPLATE_ID, DATA, "http://hub/orders/SO1"
        )
        assert (sent["errcode"], sent["errmsg"]) == (0, "ok")
        world.wechat_account.expire_token()
    assert [sent["data"] for sent in world.wechat_account.messages] == [DATA, DATA]
    assert world.wechat_account.tokens_made == 2
    with pytest.raises(WeChatClientException) as caught:
        await asyncio.to_thread(client.message.send_template, FOLLOWER, "another template", DATA)
    assert caught.value.errcode == 40037
    client._http.close()


async def stable_token(client: httpx.AsyncClient, **changes: Any) -> Any:
    return (await client.post(f"{MOUNT}/stable_token", json=ASKED | changes)).json()


async def test_a_stable_token_stays_and_a_plain_one_takes_it_away(client: httpx.AsyncClient) -> None:
    first, again = await stable_token(client), await stable_token(client)
    assert first == again
    forced = await stable_token(client, force_refresh=True)
    assert forced["access_token"] != first["access_token"]
    plain = (await client.get(f"{MOUNT}/token", params=ASKED)).json()
    assert plain["access_token"] != forced["access_token"]
    reply = await client.post(
        f"{MOUNT}/message/template/send", params={"access_token": forced["access_token"]}, json=message()
    )
    assert reply.json()["errcode"] == 42001


@pytest.mark.parametrize(
    ("changes", "code"), [({"appid": "wx0"}, 40013), ({"secret": "no"}, 40125), ({"grant_type": "password"}, 40002)]
)
async def test_whom_it_gives_no_token(client: httpx.AsyncClient, changes: dict[str, str], code: int) -> None:
    assert (await stable_token(client, **changes))["errcode"] == code


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (message(touser="x"), 40003),
        (message(touser="oNobodyWhoFollows000000000001"), 43004),
        (message(template_id="other"), 40037),
        (message(data={"thing1": "no object"}), 47003),
        ([], 47001),
    ],
)
async def test_what_it_does_not_send(client: httpx.AsyncClient, world: World, content: Any, code: int) -> None:
    token = (await stable_token(client))["access_token"]
    path = f"{MOUNT}/message/template/send"
    assert (await client.post(path, params={"access_token": token}, json=content)).json()["errcode"] == code
    assert (await client.post(path, json=message())).json()["errcode"] == 41001
    assert (await client.get(f"{MOUNT}/user/info")).status_code == 404
    assert world.wechat_account.messages == []


async def test_the_same_message_to_the_same_person_is_sent_once(client: httpx.AsyncClient, world: World) -> None:
    token = (await stable_token(client))["access_token"]
    for openid in (FOLLOWER, FOLLOWER, credentials.WECHAT_FOLLOWERS[1]):
        content = message(touser=openid, client_msg_id="hold:SO1")
        await client.post(f"{MOUNT}/message/template/send", params={"access_token": token}, json=content)
    assert [sent["touser"] for sent in world.wechat_account.messages] == list(credentials.WECHAT_FOLLOWERS)
