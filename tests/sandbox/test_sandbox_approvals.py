"""The sandbox's approvals take the official SDK of Feishu as a client, and speak in the names of DingTalk's."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import lark_oapi as lark
import pytest
from dingtalk.crypto import DingTalkCrypto
from lark_oapi.api.approval.v4 import (
    CommentRequest,
    CreateInstanceCommentRequest,
    GetInstanceRequest,
    ListInstanceRequest,
)
from lark_oapi.core.utils import AESCipher

from sandbox import credentials, dingtalk_approval, feishu_approval
from sandbox.world import World

SINCE = datetime(2026, 5, 4, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=1)


@pytest.mark.proves("feishu_approval", "lark-oapi", "sandbox")
async def test_larks_sdk_lists_reads_and_comments(served: str, world: World) -> None:
    placed = world.place_orders("feishu_approval", 5, since=SINCE, until=UNTIL).orders

    def used() -> tuple[list[str], str, bool]:
        client = (
            lark.Client.builder()
            .app_id(credentials.FEISHU_APP_ID)
            .app_secret(credentials.FEISHU_APP_SECRET)
            .domain(served)
            .build()
        )
        asked = ListInstanceRequest.builder().approval_code(credentials.FEISHU_APPROVAL_CODE).page_size(100)
        window = (int(at.timestamp() * 1000) for at in (SINCE, UNTIL))
        listed = client.approval.v4.instance.list(asked.start_time(next(window)).end_time(next(window)).build())
        codes = listed.data.instance_code_list
        one = client.approval.v4.instance.get(GetInstanceRequest.builder().instance_id(codes[0]).build())
        said = CommentRequest.builder().content('{"text":"SF Express SF1"}').build()
        wanted = CreateInstanceCommentRequest.builder().instance_id(codes[0]).user_id("ou_1").request_body(said)
        return codes, one.data.form, client.approval.v4.instance_comment.create(wanted.build()).success()

    codes, form, commented = await asyncio.to_thread(used)
    assert sorted(codes) == sorted(order["order_no"] for order in placed)
    assert "货号" in form
    assert commented
    assert world.ledger.effects("feishu_approval", "commented")[0].content["text"] == "SF Express SF1"


async def test_an_event_of_feishu_opens_with_the_sdk(world: World) -> None:
    _, body = feishu_approval.event("A-1", SINCE)
    sealed = httpx.Response(200, content=body).json()["encrypt"]
    assert "A-1" in AESCipher(credentials.FEISHU_ENCRYPT_KEY).decrypt_str(sealed)


@pytest.mark.proves("dingtalk_approval", "dingtalk-sdk", "sandbox")
async def test_a_callback_of_dingtalk_opens_with_the_sdk() -> None:
    query, body = dingtalk_approval.callback("A-1", SINCE)
    sdk = DingTalkCrypto(
        credentials.DINGTALK_CALLBACK_TOKEN, credentials.DINGTALK_CALLBACK_KEY, credentials.DINGTALK_APP_KEY
    )
    sealed = httpx.Response(200, content=body).json()["encrypt"]
    signed = (query["msg_signature"], query["timestamp"], query["nonce"])
    assert '"processInstanceId": "A-1"' in sdk.decrypt_encrypt_str(*signed, sealed)


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("oauth2/accessToken", {"appKey": "x", "appSecret": "y"}, "invalidClientIdOrSecret"),
        ("workflow/processes/instanceIds/query", {"processCode": "another"}, "processCode.error"),
        (
            "workflow/processes/instanceIds/query",
            {"processCode": credentials.DINGTALK_PROCESS_CODE, "maxResults": 21},
            "param.maxResults.error",
        ),
        ("workflow/processInstances/comments", {"processInstanceId": "nobody"}, "processInstanceId.error"),
        ("workflow/nothing", {}, "InvalidAction.NotFound"),
    ],
)
async def test_dingtalk_refuses_in_its_own_words(
    client: httpx.AsyncClient, path: str, content: dict[str, Any], code: str
) -> None:
    headers = {"x-acs-dingtalk-access-token": credentials.DINGTALK_APP_TOKEN}
    answer = await client.post(f"/dingtalk_approval/v1.0/{path}", json=content, headers=headers)
    assert (answer.status_code // 100, answer.json()["code"]) == (4, code)
    refused = await client.get("/dingtalk_approval/v1.0/workflow/processInstances?processInstanceId=A")
    assert refused.json()["code"] == "InvalidAuthentication"
