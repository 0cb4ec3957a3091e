"""A line between two programs that can be cut: forwards one listening socket, TCP or Unix, to another address.

Cut, it loses what is under way and takes in connections without carrying anything, as a network does whose cable was
pulled, for everybody or for those of one address only; mended, it carries again, on new connections. Used by the chaos
tests. One thread a line.
"""
import selectors
import socket
import threading

READ_BYTES = 1 << 16
TURN_S = 0.05  # how soon a change of mind is seen


def connect_to(address):
    family = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
    peer = socket.socket(family, socket.SOCK_STREAM)
    peer.connect(address)
    return peer


class Link:
    def __init__(self, target, listen=("127.0.0.1", 0)):
        self.target = target
        self.listener = socket.socket(socket.AF_INET if isinstance(listen, tuple) else socket.AF_UNIX)
        self.listener.bind(listen)
        self.listener.listen(256)
        self.address = self.listener.getsockname()
        self.cut_now = self.over = False
        self.cut_host = None
        self.drop_now = threading.Event()
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.pairs, self.hosts = {}, {}  # the other end of each; where the near end of the two came from
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def cut(self, host=None):
        """For everybody, or for who comes from that address."""
        self.cut_host = host
        self.cut_now = True

    def is_cut_for(self, host):
        return self.cut_now and self.cut_host in (None, host)

    def mend(self):
        """What was connected before is gone: nobody knows what of it arrived."""
        self.drop_now.set()
        self.cut_now = False

    def close(self):
        self.over = True
        self.thread.join(2)

    def run(self):
        while not self.over:
            for key, _ in self.selector.select(TURN_S):
                self.listener_ready() if key.fileobj is self.listener else self.carry(key.fileobj)
            if self.drop_now.is_set():
                self.drop_now.clear()
                for one in list(self.pairs):
                    self.drop(one)
        for one in [*self.pairs, self.listener]:
            one.close()

    def listener_ready(self):
        near, peer = self.listener.accept()
        host = peer[0] if isinstance(peer, tuple) else ""
        if self.is_cut_for(host):
            self.pairs[near] = None  # held, and never answered
            return
        try:
            far = connect_to(self.target)
        except OSError:
            near.close()
            return
        for one, other in ((near, far), (far, near)):
            self.pairs[one], self.hosts[one] = other, host
            self.selector.register(one, selectors.EVENT_READ)

    def carry(self, one):
        other = self.pairs.get(one)
        if other is None:
            return  # dropped in this very turn
        try:
            data = one.recv(READ_BYTES)
            if data and not self.is_cut_for(self.hosts[one]):
                other.sendall(data)
        except OSError:
            data = b""
        if not data:
            self.drop(one)

    def drop(self, one):
        for end in (one, self.pairs.get(one)):
            if end not in self.pairs:
                continue  # held only, or gone already
            self.hosts.pop(end, None)
            if self.pairs.pop(end) is not None:
                self.selector.unregister(end)
            end.close()
