"""Chaos fleets on Redis servers that belong together, on loopback and with WAIT on: a master with two replicas that
three Sentinels watch, or a cluster of three masters with a replica each. Starts them, knows who is master since when.

Used by failover.py. Must not know: what is done to a master.
"""
import json
import re
import signal
from datetime import datetime

from chaos_world import ChaosFleet
from world import reserve_port, wait_for

SLOTS = 16384
START_S = 60  # a busy machine, and Sentinels that look around only now and then
# Replicas and Sentinels come from here, the workers do not: a line can be cut for them alone.
PEERS = "127.0.0.2"
MASTER_NAME = "calls"
# As redis.conf.sample has it where there are replicas; and a copy begins at once.
WITH_REPLICAS = ["--bind", "127.0.0.1", "--appendfsync", "everysec", "--repl-diskless-sync-delay", "0"]
# Patient: a busy machine must not look like a lost replica.
WAIT = "wait_replicas 1; wait 500ms;"
LOGGED = re.compile(r"^\d+:\w (\d+ \w+ \d+ [\d:.]+) . (.*)$")


def logged(world, name):
    """What a server of Redis has written into its log: the second of its clock, and the words."""
    for line in (world.dir / f"{name}.log").read_text(errors="replace").splitlines():
        if found := LOGGED.match(line):
            yield datetime.strptime(found[1], "%d %b %Y %H:%M:%S.%f").timestamp(), found[2]


def first_said(lines, since, *words):
    """When one of these words first stood in a log after that second."""
    return min((at for at, said in lines if at > since and any(one in said for one in words)), default=None)


class RedisGroup(ChaosFleet):
    """What both kinds have: servers by name, each with a folder, a socket to be asked at and a port kept for it."""

    servers = ()

    def __init__(self, build, **more):
        super().__init__(build, **more)
        self.ports = {}

    def port(self, name):
        if name not in self.ports:
            self.ports[name] = reserve_port()
        return self.ports[name].getsockname()[1]

    def start_server(self, name):
        (self.dir / name).mkdir(exist_ok=True)
        (self.dir / f"{name}.sock").unlink(missing_ok=True)
        self.spawn_redis(name, *WITH_REPLICAS, "--port", self.port(name), "--dir", self.dir / name,
                         *self.arguments(name))
        wait_for(f"{name} to answer", lambda: self.redis_cli("ping", at=name) == "PONG", START_S)

    def stop(self):
        for name in ("nginx", "ringd2", "ringd"):
            self._end(name)
        # A master that ends politely waits for its replicas; nobody needs what they hold any more.
        for name in [name for name in self.processes if name.startswith(("redis", "sentinel"))]:
            self._end(name, signal.SIGKILL)
        super().stop()
        for holder in self.ports.values():
            holder.close()

    def commits(self, worker):
        """The seconds in which that worker's commits were confirmed."""
        for line in (self.dir / f"{worker}.log").read_text(errors="replace").splitlines():
            if '"what":"event_applied"' in line:
                yield datetime.fromisoformat(json.loads(line)["ts"].replace("Z", "+00:00")).timestamp()

    def replication(self, name):
        return dict(line.strip().split(":", 1) for line in self.redis_cli("info", "replication", at=name).splitlines()
                    if ":" in line)

    def follows(self, name):
        """Whether that server is a replica that has all of a master's data."""
        told = self.replication(name)
        return told.get("role") == "slave" and told.get("master_link_status") == "up"


class SentinelFleet(RedisGroup):
    """Two workers that ask three Sentinels for the master. A line stands before each server of data, and its address is
    the one by which the others and the Sentinels know it; and between the first worker and each Sentinel."""

    servers = ("redis0", "redis1", "redis2")
    sentinels = ("sentinel0", "sentinel1", "sentinel2")

    def address(self, name):
        return self.line_to(name, ("127.0.0.1", self.port(name))).address[1]

    def arguments(self, name):
        follow = ["--replicaof", f"127.0.0.1 {self.address(self.servers[0])}"]
        if name == self.servers[0] or self.sentinels[0] in self.processes:
            follow = []  # one that comes back is told by the Sentinels whom to follow
        return ["--replica-announce-ip", "127.0.0.1", "--replica-announce-port", self.address(name),
                "--bind-source-addr", PEERS, *follow]

    def start_redis(self):
        for name in self.servers:
            self.start_server(name)
        # Before the Sentinels first look: they look for replicas again only after ten seconds.
        wait_for("the replicas to have the data", lambda: all(map(self.follows, self.servers[1:])), START_S)
        for name in self.sentinels:
            self.start_sentinel(name)
        wait_for("the Sentinels to know all", lambda: all(map(self.settled, self.sentinels)), START_S)

    def start_sentinel(self, name):
        conf = self.dir / f"{name}.conf"
        conf.write_text(f"""bind 127.0.0.1
port {self.port(name)}
unixsocket {self.dir}/{name}.sock
bind-source-addr {PEERS}
dir {self.dir}
sentinel announce-ip 127.0.0.1
sentinel monitor {MASTER_NAME} 127.0.0.1 {self.address(self.servers[0])} 2
sentinel down-after-milliseconds {MASTER_NAME} 1000
sentinel failover-timeout {MASTER_NAME} 3000
sentinel parallel-syncs {MASTER_NAME} 1
""")
        self._spawn(name, ["redis-server", conf, "--sentinel"])

    def settled(self, sentinel):
        seen = self.redis_cli("info", "sentinel", at=sentinel)
        return "status=ok" in seen and "slaves=2,sentinels=3" in seen

    def redis_directives(self):
        sentinels = [f"sentinel 127.0.0.1:{self.address(name)};" for name in self.sentinels]
        return " ".join([*sentinels, f"master {MASTER_NAME};", WAIT])

    def second_conf(self):
        conf = super().second_conf()
        for name in self.sentinels:
            conf = conf.replace(f"sentinel 127.0.0.1:{self.address(name)};", f"sentinel 127.0.0.1:{self.port(name)};")
        return conf

    def master(self):
        """Whom most Sentinels name; None while they do not agree."""
        named = [self.redis_cli("sentinel", "get-master-addr-by-name", MASTER_NAME, at=name).split()[1:]
                 for name in self.sentinels]
        return next((name for name in self.servers if named.count([str(self.address(name))]) >= 2), None)

    def decided(self, since):
        """When a Sentinel first named another master, and when one first said so to everybody."""
        told = [line for name in self.sentinels for line in logged(self, name)]
        return first_said(told, since, "+promoted-slave"), first_said(told, since, "+switch-master")


class ClusterFleet(RedisGroup):
    """Two workers on a Redis Cluster: the first three servers are its masters at first, the others their replicas."""

    servers = tuple(f"redis{number}" for number in range(6))

    def arguments(self, name):
        # As redis.conf.sample has it. Without a limit to how old its data may be: a busy machine looks like a long cut.
        return ["--cluster-enabled", "yes", "--cluster-port", self.port(name + "-bus"),
                "--cluster-node-timeout", "2000", "--cluster-require-full-coverage", "no",
                "--cluster-replica-validity-factor", "0"]

    def start_redis(self):
        masters, replicas = self.servers[:3], self.servers[3:]
        for name in self.servers:
            self.start_server(name)
        for number, name in enumerate(self.servers):
            self.redis_cli("cluster", "set-config-epoch", str(number + 1), at=name)
            self.redis_cli("cluster", "meet", "127.0.0.1", str(self.port(name)), str(self.port(name + "-bus")),
                           at=self.servers[0])
        for number, name in enumerate(masters):
            share = [number * SLOTS // 3, (number + 1) * SLOTS // 3 - 1]
            self.redis_cli("cluster", "addslotsrange", *map(str, share), at=name)
        for name, master in zip(replicas, masters):
            node = self.redis_cli("cluster", "myid", at=master)
            wait_for(f"{name} to know {master}", lambda: self.redis_cli("cluster", "replicate", node, at=name) == "OK",
                     START_S)
        wait_for("the cluster to be whole", lambda: all(map(self.settled, self.servers)), START_S)
        wait_for("the replicas to have the data", lambda: all(map(self.follows, replicas)), START_S)

    def settled(self, name):
        seen = self.redis_cli("cluster", "info", at=name)
        return "cluster_state:ok" in seen and "cluster_known_nodes:6" in seen and "cluster_slots_ok:16384" in seen

    def redis_directives(self):
        # A replica and a master: either is enough to find the rest.
        return f"cluster 127.0.0.1:{self.port('redis5')} 127.0.0.1:{self.port('redis0')}; {WAIT}"

    def masters(self):
        return [name for name in self.servers if self.processes[name].poll() is None
                and self.replication(name).get("role") == "master"]

    def replica_of(self, master):
        node = self.redis_cli("cluster", "myid", at=master)
        replicas = self.redis_cli("cluster", "replicas", node, at=master)
        return next(name for name in self.servers if f":{self.port(name)}@" in replicas)

    def sessions_at(self, name):
        """The sessions that live on that server."""
        keys = self.redis_cli("--scan", "--pattern", "rf:*:s:*", at=name).split()
        return {key.split(":s:", 1)[1] for key in keys}

    def elected(self, name, since):
        """When that replica became the master."""
        return first_said(logged(self, name), since, "Failover election won")

    def copied(self, name, since):
        """When that server had the data of a new master."""
        return first_said(logged(self, name), since, "sync: Finished with success",
                          "Successful partial resynchronization")
