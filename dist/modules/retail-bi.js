"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.RetailBi = void 0;
const constructs_1 = require("constructs");
const ingest_batch_1 = require("./batch/ingest-batch");
const check_1 = require("./check");
const defaults_1 = require("./defaults");
const operations_1 = require("./operations/operations");
const quicksight_1 = require("./serving/quicksight");
const speed_layer_1 = require("./speed/speed-layer");
const system_1 = require("./system");
/** One whole system: ingest, both layers, and their operations. */
class RetailBi extends constructs_1.Construct {
    key;
    batch;
    speed;
    quickSight;
    operations;
    /** @throws RangeError when `prefix` has another form, or none follows from the contract */
    constructor(scope, id, props) {
        super(scope, id);
        const { speed = {}, quickSight } = props;
        const system = (0, system_1.systemOf)(this, props);
        const { contract, names, location } = system;
        const bastion = speed !== false && (speed.bastion ?? false);
        (0, check_1.assertLiteral)(this, "speed.bastion", bastion);
        this.key = (0, system_1.keyOf)(this, system, props.key, {
            services: ["s3", "kinesis", "lambda", "es", "sns", ...(bastion ? ["ec2"] : [])],
        });
        const common = { ...system, key: this.key };
        this.batch = new ingest_batch_1.IngestBatch(this, "IngestBatch", { ...props, ...common });
        const { stream, lake, catalog, workgroup } = this.batch;
        const shown = {
            ...(props.panels && { panels: props.panels }),
            ...(props.title !== undefined && { title: props.title }),
        };
        if (quickSight) {
            this.quickSight = new quicksight_1.QuickSight(this, "QuickSight", {
                contract,
                name: names.quickSight,
                location,
                identityRegion: quickSight.identityRegion ?? location.region,
                serviceRoleName: quickSight.serviceRoleName ?? defaults_1.DEFAULTS.quickSightServiceRole,
                lake,
                catalog,
                workgroup,
                principals: quickSight.principals,
                ...shown,
            });
        }
        if (speed !== false) {
            this.speed = new speed_layer_1.SpeedLayer(this, "SpeedLayer", {
                ...speed,
                ...common,
                ...shown,
                source: stream,
                lake,
            });
        }
        this.operations = new operations_1.Operations(this, "Operations", {
            ...common,
            ...(props.operations && { settings: props.operations }),
            lake,
            batch: this.batch.monitored,
            ...(this.speed && { speed: this.speed.monitored }),
        });
    }
}
exports.RetailBi = RetailBi;
