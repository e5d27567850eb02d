"""Alerts as they are spoken: by announcers, loudspeakers and telephones, and by the machines that read aloud."""
