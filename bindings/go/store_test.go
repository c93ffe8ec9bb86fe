package shipflow_test

import (
	"errors"
	"testing"

	"shipflow"
)

func TestWhatAStoreNeedNotKeepIsPurged(t *testing.T) {
	store, err := shipflow.MemoryStore()
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if runs, err := store.Purge(shipflow.Retention{FactsMS: 1, RowsMS: 2}, 1772000000000); err != nil || runs != 0 {
		t.Errorf("%d, %v", runs, err)
	}
	if _, err := store.Purge(shipflow.Retention{FactsMS: 2, RowsMS: 1}, 0); !errors.Is(err, shipflow.InvalidArgument) {
		t.Error(err)
	}
}
