"""A process that appends to the audit log: `python -m tests.audit_appender STORE_URL NAME TIMES`."""

import sys
import time

from bot.audit import Audit
from bot.chain import Event
from bot.question import Person
from bot.store import open_store

if __name__ == "__main__":
    url, name, times = sys.argv[1:4]
    audit = Audit(open_store(url).engine)
    print("ready", flush=True)
    sys.stdin.readline()
    for n in range(int(times)):
        audit.note(Event("logged", Person(name), {"n": n}, {"note": f"{name} {n}"}))
        time.sleep(0.003)  # SQLite lets in whoever was just there, unless they pause
