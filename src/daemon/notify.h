#pragma once
/*
 * What the service manager is told (sd_notify). Without one nothing happens. Layer: daemon.
 * (systemd.service(5))
 */

void notify_ready(void);
void notify_reloading(void); /* RELOADING=1 with MONOTONIC_USEC; notify_ready() ends it */
void notify_stopping(void);
void notify_errno(int error); /* positive: why the daemon ends */
__attribute__((format(printf, 1, 2))) void notify_status(const char *format, ...);
