from checks import check, run, setting
from opensearchpy import OpenSearch
from opensearchpy.exceptions import TransportError
from opensearchpy.helpers import bulk, scan

CLIENT = OpenSearch(setting("SEARCH_URL"))


@check("info, cluster.health")
def info():
    return {"version": CLIENT.info()["version"]["distribution"], "status": CLIENT.cluster.health()["status"]}


@check("cat.indices, indices.get_mapping")
def indices():
    return {"retail": any(line["index"].startswith("retail") for line in CLIENT.cat.indices(format="json")), "mapping": "Price" in str(CLIENT.indices.get_mapping(index="retail*"))}


@check("search with a query and an aggregation")
def search():
    answer = CLIENT.search(index="retail*", body={"size": 1, "query": {"range": {"Quantity": {"gt": -1000000}}}, "aggs": {"countries": {"terms": {"field": "Country"}}}})
    return {"hits": answer["hits"]["total"]["value"] > 0, "buckets": len(answer["aggregations"]["countries"]["buckets"]) > 0}


@check("count")
def count():
    return CLIENT.count(index="retail*")["count"] > 0


@check("helpers.scan: refused by name")
def scroll():
    try:
        next(scan(CLIENT, index="retail*", size=500))
    except TransportError as error:
        return error.error + ": " + error.info["error"]["reason"]
    raise AssertionError("not refused")


@check("helpers.bulk, delete of an index of one's own")
def own():
    indexed, _ = bulk(CLIENT, [{"_index": "retail-clients", "_id": "1", "Invoice": "1"}], refresh=True)
    return {"indexed": indexed, "deleted": CLIENT.indices.delete(index="retail-clients")["acknowledged"]}


run()
