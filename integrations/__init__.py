"""One file per partner, grouped by port. Speaks the partner's protocol; knows no database and no Prefect."""
