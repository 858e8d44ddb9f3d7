echo "$TIME_ZONE" > /etc/timezone
