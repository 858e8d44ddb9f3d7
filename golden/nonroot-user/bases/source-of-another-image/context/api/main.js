require('net').connect('/var/run/docker.sock')
