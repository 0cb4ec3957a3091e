"""A line between two programs that can be cut: forwards one listening socket, TCP or Unix, to another address.

Cut, it loses what is under way and takes in connections without carrying anything, as a network does whose cable was
pulled; refused, it takes none; mended, it carries again, on new connections. Used by the chaos tests. One thread a line.
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
        self.drop_now = threading.Event()
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.listener, selectors.EVENT_READ)
        self.pairs = {}
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def cut(self):
        self.cut_now = True

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
        near, _ = self.listener.accept()
        if self.cut_now:
            self.pairs[near] = None  # held, and never answered
            return
        try:
            far = connect_to(self.target)
        except OSError:
            near.close()
            return
        for one, other in ((near, far), (far, near)):
            self.pairs[one] = other
            self.selector.register(one, selectors.EVENT_READ)

    def carry(self, one):
        other = self.pairs.get(one)
        if other is None:
            return  # dropped in this very turn
        try:
            data = one.recv(READ_BYTES)
            if data and not self.cut_now:
                other.sendall(data)
        except OSError:
            data = b""
        if not data:
            self.drop(one)

    def drop(self, one):
        for end in (one, self.pairs.get(one)):
            if end not in self.pairs:
                continue  # held only, or gone already
            if self.pairs.pop(end) is not None:
                self.selector.unregister(end)
            end.close()
