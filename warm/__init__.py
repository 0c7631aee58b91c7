"""A Prefect worker that forks each flow run from a process which has imported everything already.

``worker`` is what Prefect loads. Its ``keeper`` starts one ``nursery`` process per list of preloaded
modules, replaces it when it dies, and talks to it in the messages of ``protocol``. ``child`` is what happens
in a forked process until Prefect's engine has it. The page for operators is ``docs/warm-worker.md``.
"""
