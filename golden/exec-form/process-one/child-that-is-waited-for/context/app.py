import subprocess
subprocess.run(["sh", "-c", "curl -s 'http://hooks.example/?a=1&b=2'"])
