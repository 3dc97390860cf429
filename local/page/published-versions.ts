import type { Layer } from "../../dashboards/spec";
import type { LayerReading } from "./layers";

/** The versions of the layers that pages have. */
export class PublishedVersions {
  private readonly versions = new Map<Layer, string>();

  /**
   * Whether pages must get a reading, which they have then: one of another version, and one with or after an error of
   * a panel, which may be answered in the same version.
   */
  public isNew({ layer, version, panels }: Pick<LayerReading, "layer" | "version" | "panels">): boolean {
    const hasErrors = panels.some(({ error }) => error !== undefined);
    const isNew = hasErrors || this.versions.get(layer) !== version;
    if (hasErrors) this.versions.delete(layer);
    else this.versions.set(layer, version);
    return isNew;
  }
}
