"""What carriers' scans have in common."""

import hashlib


def scan_id(waybill_no: str, *parts: str) -> str:
    """An id for a scan that its carrier gives none: the same scan has the same, two in one second have two, because
    they differ in code, words or place."""
    digest = hashlib.sha256("|".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{waybill_no}:{digest[:20]}"
