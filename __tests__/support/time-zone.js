/**
 * The time zone of all tests, half an hour off and with daylight saving, so that whoever takes the machine's zone for
 * UTC is found out on a machine that runs in UTC. Processes that a test starts inherit it; Lambda's are in UTC.
 */
const TIME_ZONE = "America/St_Johns";
process.env.TZ = TIME_ZONE;

module.exports = { TIME_ZONE };
