import type { SearchDomain } from "../speed/search-domain";
import type { AlarmSpec } from "./alarm";
/**
 * Alarms of the domain, as AWS recommends, with this domain's storage:
 * https://docs.aws.amazon.com/opensearch-service/latest/developerguide/cloudwatch-alarms.html
 */
export declare function searchAlarms(domain: SearchDomain, accountId: string): AlarmSpec[];
