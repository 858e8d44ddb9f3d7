export TZ="$TIME_ZONE"
