import os
import time

from icmplib import ping

while True:
    print(ping(os.environ["HOST"], count=1, privileged=False).is_alive, flush=True)
    time.sleep(30)
