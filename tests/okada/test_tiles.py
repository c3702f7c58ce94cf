"""Tiles on several threads: all are done, progress is told to the caller alone, and whoever fails is heard."""

import threading
import time

import pytest

from geoslip.okada.tiles import run_tiles


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_every_tile_is_done_once_and_progress_comes_to_the_caller(threads):
    done, told, here = [], [], threading.get_ident()

    def work(tile, meter):
        done.append(tile)
        time.sleep(1e-3)
        meter.advance(1)

    def progress(fraction):
        told.append((fraction, threading.get_ident()))

    run_tiles(work, range(40), total=40, progress=progress, threads=threads)
    assert sorted(done) == list(range(40))
    assert told[-1][0] == 1.0 and {thread for _, thread in told} == {here}
    assert [fraction for fraction, _ in told] == sorted(fraction for fraction, _ in told)


@pytest.mark.parametrize("guilty", ["caller", "helper"])
def test_an_error_in_any_thread_stops_all_and_is_passed_on(guilty):
    here, done, asked = threading.get_ident(), [], threading.Event()

    def work(tile, meter):
        if (threading.get_ident() == here) == (guilty == "caller"):
            asked.wait(5.0)
            raise ArithmeticError("of this thread")
        asked.set()
        done.append(tile)
        time.sleep(5e-3)
        meter.advance(1)

    with pytest.raises(ArithmeticError, match="of this thread"):
        run_tiles(work, range(2000), total=2000, threads=2)
    assert len(done) < 2000


def test_what_progress_raises_stops_the_run():
    done = []

    def work(tile, meter):
        done.append(tile)
        time.sleep(1e-3)
        meter.advance(1)

    def progress(fraction):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_tiles(work, range(2000), total=2000, progress=progress, threads=2)
    assert len(done) < 2000
