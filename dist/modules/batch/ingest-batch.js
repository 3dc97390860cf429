"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.IngestBatch = void 0;
const constructs_1 = require("constructs");
const defaults_1 = require("../defaults");
const system_1 = require("../system");
const catalog_1 = require("./catalog");
const delivery_stream_1 = require("./delivery-stream");
const look_back_1 = require("./look-back");
const merge_small_files_1 = require("./merge-small-files");
const saved_queries_1 = require("./saved-queries");
const validate_records_1 = require("./validate-records");
const workgroup_1 = require("./workgroup");
/** The ingest and the batch layer: a stream, its delivery to a lake, the tables of the lake, and their merging. */
class IngestBatch extends constructs_1.Construct {
    key;
    stream;
    lake;
    validateRecords;
    deliveryStream;
    catalog;
    /** The analysts' workgroup. */
    workgroup;
    mergeSmallFiles;
    /** @throws RangeError when `prefix` has another form, or none follows from the contract */
    constructor(scope, id, props) {
        super(scope, id);
        const system = (0, system_1.systemOf)(this, props);
        const { contract, names, location, protected: isProtected, logRetentionDays } = system;
        const { rawRetentionDays = defaults_1.DEFAULTS.rawRetentionDays, merge = {} } = props;
        const { accountId } = location;
        this.key = (0, system_1.keyOf)(this, system, props.key);
        this.stream = (0, system_1.streamOf)(this, system, this.key, props.stream);
        this.lake = (0, system_1.lakeOf)(this, system, this.key, props.lake, rawRetentionDays);
        const { key } = this;
        const functionDefaults = { location, key, logRetentionDays };
        this.validateRecords = new validate_records_1.ValidateRecords(this, "ValidateRecords", {
            contract,
            ...functionDefaults,
            name: names.validateRecords,
            lake: this.lake,
        });
        this.deliveryStream = new delivery_stream_1.DeliveryStream(this, "DeliveryStream", {
            contract,
            name: names.deliveryStream,
            roleName: names.deliveryRole,
            logGroupName: names.deliveryLogGroup,
            source: this.stream,
            lake: this.lake,
            transformation: this.validateRecords.function,
            key,
            accountId,
            logRetentionDays,
            bufferMiB: props.bufferMiB ?? defaults_1.DEFAULTS.bufferMiB,
            gzip: props.gzip ?? true,
            protected: isProtected,
        });
        this.catalog = new catalog_1.Catalog(this, "Catalog", {
            contract,
            databaseName: names.database,
            lake: this.lake,
            location,
            protected: isProtected,
        });
        this.workgroup = new workgroup_1.Workgroup(this, "PeopleWorkgroup", {
            name: names.analystsWorkgroup,
            description: "For analysts: results encrypted in the lake, what a query scans is limited",
            resultsLocation: this.lake.location("results"),
            key: this.lake.key,
            enforced: true,
            scanLimitGiB: props.analystScanLimitGiB ?? defaults_1.DEFAULTS.analystScanLimitGiB,
            disposable: !isProtected,
        });
        new saved_queries_1.SavedQueries(this, "SavedQueries", {
            contract,
            catalog: this.catalog,
            workgroup: this.workgroup,
            ...(props.savedQueries && { queries: props.savedQueries }),
        });
        const mergeWorkgroup = new workgroup_1.Workgroup(this, "MergeWorkgroup", {
            name: names.mergeWorkgroup,
            description: "For MergeSmallFiles, which sets the locations of its tables itself",
            resultsLocation: this.lake.location("scratch"),
            key: this.lake.key,
            enforced: false,
            scanLimitGiB: merge.scanLimitGiB ?? defaults_1.DEFAULTS.mergeScanLimitGiB,
            disposable: !isProtected,
        });
        this.mergeSmallFiles = new merge_small_files_1.MergeSmallFiles(this, "MergeSmallFiles", {
            contract,
            ...functionDefaults,
            name: names.mergeSmallFiles,
            scheduleName: names.mergeSchedule,
            lake: this.lake,
            catalog: this.catalog,
            workgroup: mergeWorkgroup,
            lookBackHours: (0, look_back_1.lookBackHours)(this.stream.retentionHours),
            rawRetentionDays,
            everyMinutes: merge.everyMinutes ?? defaults_1.DEFAULTS.mergeEveryMinutes,
            queriesInFlight: merge.queriesInFlight ?? defaults_1.DEFAULTS.queriesInFlight,
        });
    }
    /** What {@link Operations} watches here. */
    get monitored() {
        return {
            stream: this.stream,
            delivery: this.deliveryStream,
            validateRecords: this.validateRecords.function,
            mergeSmallFiles: this.mergeSmallFiles.function,
            mergeEveryMinutes: this.mergeSmallFiles.everyMinutes,
        };
    }
}
exports.IngestBatch = IngestBatch;
