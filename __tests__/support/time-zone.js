/**
 * Sets the time zone of all tests: half an hour off UTC and with daylight saving, so that code that mistakes the machine's
 * zone for UTC fails even on a machine that runs in UTC. Processes that a test starts inherit it.
 */
process.env.TZ = "America/St_Johns";
