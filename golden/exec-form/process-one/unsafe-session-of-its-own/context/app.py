import subprocess
subprocess.Popen(["backup"], start_new_session=True)
