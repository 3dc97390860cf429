import { type SearchDouble, startSearchDouble as start } from "../../local/services/opensearch/service";
import { openStore } from "../../local/store/store";

type Options = Omit<Parameters<typeof start>[0], "store"> & { readonly dataDir: string };

/** Starts the search double with a store of its own in `dataDir`, which is closed with it. */
export async function startSearchDouble({ dataDir, ...options }: Options): Promise<SearchDouble> {
  const store = openStore(dataDir);
  try {
    const double = await start({ store, ...options });
    const close = async (): Promise<void> => {
      await double.close();
      store.close();
    };
    return { ...double, close };
  } catch (error) {
    store.close();
    throw error;
  }
}
