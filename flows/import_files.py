"""Bring a folder of orders, payments and products in, by the same way as any order (A2, A8)."""

from flows.fulfil_orders import fulfil_orders
from flows.summary import publish
from tasks.hub import current_rules, hub_flow
from tasks.import_files import has_orders, open_catalogue, settle_files, stage_orders


@hub_flow
async def import_files(path: str, preset: str) -> list[object]:
    """Read files through a preset: catalogue and opening stock, orders, then the money.

    Args:
        path: A file or folder, as this worker sees it.
        preset: Name of the preset that says how to read it, e.g. olist.
    """
    rules = current_rules()
    done: list[object] = []
    if has_orders(preset):
        done += [await open_catalogue(path, preset), await stage_orders(path, preset)]
        done += await fulfil_orders()
    done += await settle_files(path, preset, rules)
    await publish("import-files", f"What {preset} brought", done)
    return done
