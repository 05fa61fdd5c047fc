"""Doing several things at once, and giving up on all of them when one fails."""

from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

from dev.bed import command


def together(*tasks: Callable[[], object]) -> None:
    """Run the tasks in threads; raise the first failure after the programs of the others have been killed."""
    with ThreadPoolExecutor(max_workers=len(tasks)) as pool:
        futures = [pool.submit(task) for task in tasks]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            failed = next((f for f in done if f.exception()), None)
            if failed:
                raise failed.exception() or AssertionError
        except BaseException:
            command.stop_all()
            raise
