"""Groups of ranks for tests: threads around a barrier, or processes around a socket."""

import json
import socket
import threading


class ThreadGroup:
    """Ranks as threads of one process."""

    def __init__(self, world_size):
        self.world_size = world_size
        self._slots = [None] * world_size
        self._barrier = threading.Barrier(world_size, timeout=20)

    def member(self, rank):
        return _ThreadRank(self, rank)

    def exchange(self, rank, values):
        self._slots[rank] = list(values)
        self._barrier.wait()
        result = [max(column) for column in zip(*self._slots)]
        self._barrier.wait()
        return result

    def abort(self):
        self._barrier.abort()


class _ThreadRank:
    def __init__(self, group, rank):
        self._group, self.rank, self.world_size = group, rank, group.world_size

    def all_reduce_max(self, values):
        return self._group.exchange(self.rank, values)


def run_ranks(world_size, act):
    """Runs `act(group)` as each rank at once; the list of what each returned or raised."""
    group, results = ThreadGroup(world_size), [None] * world_size

    def run(rank):
        try:
            results[rank] = act(group.member(rank))
        except (Exception, SystemExit) as error:
            results[rank] = error
            if isinstance(error, threading.BrokenBarrierError):
                group.abort()

    threads = [threading.Thread(target=run, args=(rank,)) for rank in range(world_size)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


class SocketGroup:
    """Ranks as processes: rank 0 listens, the others connect, each reduction goes through rank 0."""

    def __init__(self, rank, world_size, listener=None, port=None):
        self.rank, self.world_size = rank, world_size
        if rank == 0:
            self._files = [listener.accept()[0].makefile("rw") for _ in range(world_size - 1)]
        else:
            self._files = [socket.create_connection(("127.0.0.1", port), timeout=20).makefile("rw")]

    def all_reduce_max(self, values):
        if self.rank != 0:
            _say(self._files[0], values)
            return _hear(self._files[0])
        columns = zip(values, *(_hear(file) for file in self._files))
        result = [max(column) for column in columns]
        for file in self._files:
            _say(file, result)
        return result


def _say(file, values):
    file.write(json.dumps(list(values)) + "\n")
    file.flush()


def _hear(file):
    line = file.readline()
    if not line:
        raise ConnectionError("a peer is gone")
    return json.loads(line)
