"""What every source of documents must do, whatever line leads to it."""

from pathlib import Path
from tempfile import TemporaryDirectory

from bench import Bench
from conformance import of
from peers import peer

from integrations.ports import DocumentSource

CONTENT = "订单号,商品编码\nA-1\t,SKU-1\n".encode("gb18030")


@of(DocumentSource)
async def a_document_is_found_until_it_is_put_away_and_comes_as_it_was(bench: Bench, name: str) -> None:
    with peer(name).place() as (settings, lay):
        source = bench.partner(name, settings=settings)
        assert await source.find_documents() == []
        lay("订单 1.csv", CONTENT)
        [found] = await source.find_documents()
        assert await source.find_documents() == [found]
        for turn in range(2):
            with TemporaryDirectory() as folder:
                [file] = await source.fetch_document(found, Path(folder))
                assert (file.name, file.read_bytes()) == ("订单 1.csv", CONTENT), turn
        assert await source.put_away(found)
        assert await source.put_away(found)
        assert await source.find_documents() == []


@of(DocumentSource)
async def a_document_that_comes_again_is_found_again(bench: Bench, name: str) -> None:
    with peer(name).place() as (settings, lay):
        source = bench.partner(name, settings=settings)
        for content in (b"a,b\n1,2\n", b"a,b\n3,4\n"):
            lay("orders.csv", content)
            [found] = await source.find_documents()
            with TemporaryDirectory() as folder:
                [file] = await source.fetch_document(found, Path(folder))
                assert file.read_bytes() == content
            await source.put_away(found)


@of(DocumentSource)
async def what_is_no_table_is_left_alone(bench: Bench, name: str) -> None:
    with peer(name).place() as (settings, lay):
        source = bench.partner(name, settings=settings)
        lay("letter.pdf", b"%PDF")
        for document in await source.find_documents():
            with TemporaryDirectory() as folder:
                assert await source.fetch_document(document, Path(folder)) == []
