"""The pull step of ``prefect.yaml``: runs use the checkout, or the image, that their worker was started from."""

from settings import ROOT


def use_checkout() -> dict[str, str]:
    """Where the code is on this machine; Prefect makes it the run's working directory.

    A step of our own, because the one that ``prefect deploy`` writes by itself holds the path of the machine that
    deployed, and Prefect runs a deployment without any step in an empty directory.
    """
    return {"directory": str(ROOT)}
