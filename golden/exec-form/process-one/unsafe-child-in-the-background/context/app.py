import subprocess
subprocess.run(["sh", "-c", "curl -s http://hooks.example/ &"])
