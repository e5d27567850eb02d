#!/bin/sh
# Where the tests may write without waiting for a disk: they sync some hundred thousand times, and none of them pulls the
# plug. Prints nothing where memory is not to be had; then it is the usual place.
folder=/dev/shm
needed=6000000 # kB
[ -d "$folder" ] && [ -w "$folder" ] || exit 0
room=$(df -Pk "$folder" | awk 'NR == 2 { print $4 }')
memory=$(awk '/^MemAvailable:/ { print $2 }' /proc/meminfo)
[ "${room:-0}" -ge "$needed" ] && [ "${memory:-0}" -ge "$needed" ] && echo "$folder"
exit 0
