// Runs named checks of the AWS SDK for Go v2 and prints one JSON line for each: its name, and its value or its error.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
)

var (
	stream    = os.Getenv("STREAM")
	streamARN = os.Getenv("STREAM_ARN")
	lake      = os.Getenv("LAKE")
)

func main() {
	ctx := context.Background()
	settings, err := config.LoadDefaultConfig(ctx)
	if err != nil {
		panic(err)
	}
	client := kinesis.NewFromConfig(settings)
	failed := false
	check := func(name string, run func() (any, error)) {
		result := map[string]any{"name": name}
		if value, err := run(); err != nil {
			failed = true
			result["error"] = err.Error()
		} else {
			result["value"] = value
		}
		line, _ := json.Marshal(result)
		fmt.Println(string(line))
	}

	check("sts: GetCallerIdentity", func() (any, error) {
		answer, err := sts.NewFromConfig(settings).GetCallerIdentity(ctx, nil)
		if err != nil {
			return nil, err
		}
		return *answer.Account, nil
	})
	check("s3: ListObjectsV2", func() (any, error) {
		answer, err := s3.NewFromConfig(settings, func(o *s3.Options) { o.UsePathStyle = true }).
			ListObjectsV2(ctx, &s3.ListObjectsV2Input{Bucket: &lake})
		if err != nil {
			return nil, err
		}
		return *answer.KeyCount > 0, nil
	})
	check("kinesis: PutRecord by ARN", func() (any, error) {
		_, err := client.PutRecord(ctx, &kinesis.PutRecordInput{
			StreamARN: &streamARN, PartitionKey: aws.String("go"), Data: []byte("not a transaction"),
		})
		return err == nil, err
	})
	check("kinesis: PutRecords of 501 records is refused", func() (any, error) {
		records := make([]types.PutRecordsRequestEntry, 501)
		for at := range records {
			records[at] = types.PutRecordsRequestEntry{PartitionKey: aws.String("go"), Data: []byte("x")}
		}
		_, err := client.PutRecords(ctx, &kinesis.PutRecordsInput{StreamName: &stream, Records: records})
		var refusal smithy.APIError
		if !errors.As(err, &refusal) {
			return nil, fmt.Errorf("not refused: %v", err)
		}
		return refusal.ErrorCode(), nil
	})
	check("kinesis: consumer loop until MillisBehindLatest is 0", func() (any, error) {
		shards, err := client.ListShards(ctx, &kinesis.ListShardsInput{StreamARN: &streamARN})
		if err != nil {
			return nil, err
		}
		found := false
		for _, shard := range shards.Shards {
			start, err := client.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{
				StreamName: &stream, ShardId: shard.ShardId, ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
			})
			if err != nil {
				return nil, err
			}
			iterator := start.ShardIterator
			for {
				answer, err := client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: iterator})
				if err != nil {
					return nil, err
				}
				for _, record := range answer.Records {
					found = found || string(record.Data) == "not a transaction"
				}
				iterator = answer.NextShardIterator
				if *answer.MillisBehindLatest == 0 {
					break
				}
				time.Sleep(200 * time.Millisecond)
			}
		}
		return found, nil
	})
	if failed {
		os.Exit(1)
	}
}
