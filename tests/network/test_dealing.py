"""Who is given a connection: the worker that holds the fewest, of those that are there and ready."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from chat_service.channels.dealing import SAID, Dealer


class Dealt:
    """An address and the channels of some workers, the ends of both."""

    def __init__(self) -> None:
        address = socket.socket()
        address.bind(("127.0.0.1", 0))
        self.where = address.getsockname()
        self.dealer = Dealer(address)
        self.open: list[socket.socket] = []

    def worker(self, *, is_ready: bool = True) -> socket.socket:
        found = self.dealer.channel()
        self.open.append(found)
        if is_ready:
            self.say(found)
        return found

    def say(self, worker: socket.socket, times: int = 1) -> None:
        worker.sendall(SAID * times)
        self.dealer.deal(10)

    def come(self, count: int) -> list[socket.socket]:
        found = []
        for _ in range(count):
            found.append(socket.create_connection(self.where, timeout=10))
            self.dealer.deal(10)
        self.open += found
        return found

    def given(self, worker: socket.socket) -> list[socket.socket]:
        """What a worker was given since it looked last."""
        found = []
        worker.setblocking(False)
        try:
            while files := socket.recv_fds(worker, 1, 1)[1]:
                found.append(socket.socket(fileno=files[0]))
        except BlockingIOError:
            pass
        self.open += found
        return found


@pytest.fixture
def dealt() -> Iterator[Dealt]:
    found = Dealt()
    yield found
    found.dealer.close()
    for each in found.open:
        each.close()


def test_each_is_given_as_many_as_the_others(dealt: Dealt) -> None:
    workers = [dealt.worker() for _ in range(3)]
    late = dealt.worker(is_ready=False)
    came = dealt.come(32)
    given = [dealt.given(each) for each in workers]
    assert sorted(map(len, given)) == [10, 11, 11]
    assert {each.getpeername() for some in given for each in some} == {each.getsockname() for each in came}
    assert not dealt.given(late), "it did not say that it is ready"
    dealt.say(late)
    dealt.come(10)
    assert len(dealt.given(late)) == 10, "until it holds as many as the others"


def test_what_has_ended_counts_no_longer(dealt: Dealt) -> None:
    busy, idle = dealt.worker(), dealt.worker()
    dealt.come(8)
    dealt.say(idle, 4)
    dealt.given(idle)
    dealt.come(4)
    assert (len(dealt.given(idle)), len(dealt.given(busy))) == (4, 4)


def test_one_after_another_are_dealt_out_in_turn(dealt: Dealt) -> None:
    """A connection for each request, which has ended when the next comes."""
    workers = [dealt.worker() for _ in range(2)]
    for _ in range(6):
        dealt.come(1)
        for each in workers:
            if dealt.given(each):
                dealt.say(each)
    dealt.come(6)
    assert [len(dealt.given(each)) for each in workers] == [3, 3]


def test_a_worker_that_is_gone_takes_its_count_and_nothing_that_comes(dealt: Dealt) -> None:
    first, second = dealt.worker(), dealt.worker()
    dealt.come(6)
    assert len(dealt.given(second)) == 3
    first.close()  # with three that it never took
    dealt.come(2)
    given = dealt.given(second)
    while len(given) < 2:
        dealt.dealer.deal(10)
        given += dealt.given(second)
    third = dealt.worker()
    dealt.come(4)
    assert len(dealt.given(third)) == 4


def test_with_no_worker_connections_wait_for_one(dealt: Dealt) -> None:
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(dealt.where, timeout=10)
    first = dealt.worker()
    first.close()
    dealt.dealer.deal(10)
    waits = socket.create_connection(dealt.where, timeout=10)
    dealt.open.append(waits)
    dealt.dealer.deal(0)
    second = dealt.worker()
    dealt.dealer.deal(10)
    (given,) = dealt.given(second)
    assert given.getpeername() == waits.getsockname()


def test_a_worker_that_takes_nothing_holds_nobody_up(dealt: Dealt) -> None:
    stuck, other = dealt.worker(), dealt.worker()
    held = 0
    for _ in range(900):
        with socket.create_connection(dealt.where, timeout=10):
            dealt.dealer.deal(10)
        if dealt.given(other):
            held += 1
            dealt.open.pop().close()
            if held % 2:
                dealt.say(other)
    assert dealt.given(stuck) and held > 450
