# SPDX-License-Identifier: GPL-2.0
"""bypass4netns, a seccomp agent from Debian's archive: a container without a network
connects to the host, since the agent puts sockets of the host in place of its own.
"""
import functools
import http.server
import json
import os
import subprocess
import sys
import threading
from typing import Any

from program import TOP, expect, wait_for

sys.path.insert(0, os.path.join(TOP, 'test', 'containers'))

from harness import lines_that_matter, read
from podman import away
from runtimes import Bundle, NATIVE, OUT

ADDRESS = '10.99.0.1'
PAGE = 'from outside\n'
# what the agent wants to be asked; its pkg/oci/oci.go
CALLS = ['bind', 'close', 'connect', 'setsockopt', 'fcntl', '_exit', 'exit_group', 'getpeername']
# only when it is told to: a socket of the host could not be dumped from inside
FETCH = (f'/busybox mkfifo {OUT}/ask; while read name <{OUT}/ask; do '
         f'/busybox wget -q -O {OUT}/$name http://{ADDRESS}:8000/page; '
         f'echo $? >{OUT}/status.$name; done')


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Says nothing between lines of TAP."""

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Outside:
    """An address that only this side has, who serves a page there, and the agent."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.path = os.path.join(folder, 'agent.sock')
        self.agent: subprocess.Popen[bytes] | None = None
        subprocess.run(['ip', 'address', 'add', f'{ADDRESS}/32', 'dev', 'lo'], check=True)
        pages = os.path.join(folder, 'pages')
        os.mkdir(pages)
        with open(os.path.join(pages, 'page'), 'w', encoding='ascii') as f:
            f.write(PAGE)
        handler = functools.partial(Quiet, directory=pages)
        self.server = http.server.ThreadingHTTPServer((ADDRESS, 8000), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def start_agent(self) -> None:
        """One that knows nothing of what was before."""
        self.stop_agent()
        with open(os.path.join(self.folder, 'agent.log'), 'ab') as log:
            self.agent = subprocess.Popen(
                ['bypass4netns', '--socket', self.path], stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env={'PATH': os.environ['PATH'], 'XDG_RUNTIME_DIR': self.folder})
        wait_for(lambda: os.path.exists(self.path), f'the agent: {self.said()}')

    def said(self) -> str:
        """The end of what the agents have said."""
        return '\n'.join(read(os.path.join(self.folder, 'agent.log')).splitlines()[-8:])

    def stop_agent(self) -> None:
        """Its socket is gone, too."""
        if self.agent:
            self.agent.terminate()
            self.agent.wait()

    def close(self) -> None:
        """Leave nothing behind."""
        self.stop_agent()
        self.server.shutdown()
        self.server.server_close()
        subprocess.run(['ip', 'address', 'delete', f'{ADDRESS}/32', 'dev', 'lo'], check=True)


class Bypass4netns(Bundle):
    """A container of crun that fetches a page, when it is asked to."""
    alone = 'different'

    def __init__(self, plugin: bool = True) -> None:
        super().__init__('crun', services=())
        self.outside = Outside(self.dir)
        away(not plugin)

    def profile(self) -> dict[str, Any]:
        return {'defaultAction': 'SCMP_ACT_ALLOW', 'architectures': [NATIVE],
                'listenerPath': self.outside.path,
                'syscalls': [{'names': CALLS, 'action': 'SCMP_ACT_NOTIFY'}]}

    def configure(self) -> None:
        super().configure()
        path = os.path.join(self.dir, 'config.json')
        with open(path, encoding='utf-8') as f:
            config = json.load(f)
        # else the runtime installs the filter before it is done itself, and asks, too
        config['process']['noNewPrivileges'] = True
        with open(path, 'w', encoding='utf-8') as f:
            json.dump(config, f)

    def command(self) -> list[str]:
        return ['/busybox', 'sh', '-c', FETCH]

    def start(self) -> None:
        self.outside.start_agent()
        super().start()

    def wait_ready(self) -> None:
        wait_for(lambda: os.path.exists(f'/proc/{self.pid}/root{OUT}/ask'), 'its fifo')

    def works(self, restored: bool) -> None:
        """It gets the page."""
        name = 'after' if restored else 'before'
        out = f'/proc/{self.pid}/root{OUT}'
        expect(os.path.exists(out), 'it has ended', self.outside.said())
        with open(f'{out}/ask', 'w', encoding='ascii') as f:
            f.write(name + '\n')
        wait_for(lambda: self.out('status.' + name) or not os.path.exists(out), 'the page', 60)
        expect(self.out(name) == PAGE, f'wget exits {self.out("status." + name).strip()}',
               self.outside.said())

    def dump(self) -> None:
        """As crun does it. The agent then dies."""
        self.checkpoint()
        self.outside.start_agent()

    def criu_logs(self) -> list[str]:
        """What is worth reading in them."""
        return [line for name in ('dump.log', 'restore.log')
                for line in lines_that_matter(os.path.join(self.dir, name))]

    def close(self) -> None:
        super().close()
        self.outside.close()
        away(False)
