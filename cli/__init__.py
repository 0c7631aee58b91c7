"""The command line ``orderspine``: reads like the job."""
