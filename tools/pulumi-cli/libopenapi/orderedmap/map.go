// Package orderedmap holds a map that is always empty, because no document is ever read.
package orderedmap

import "iter"

// Map is a map with an order.
type Map[K comparable, V any] struct{}

// New makes an empty map.
func New[K comparable, V any]() *Map[K, V] { return &Map[K, V]{} }

// Len is the number of entries.
func Len[K comparable, V any](*Map[K, V]) int { return 0 }

// Get finds nothing.
func (*Map[K, V]) Get(K) (value V, found bool) { return }

// GetOrZero finds nothing.
func (*Map[K, V]) GetOrZero(K) (value V) { return }

// Set keeps nothing.
func (*Map[K, V]) Set(_ K, value V) (V, bool) { return value, false }

// Delete finds nothing.
func (*Map[K, V]) Delete(K) (value V, found bool) { return }

// FromOldest yields no entry.
func (*Map[K, V]) FromOldest() iter.Seq2[K, V] { return func(func(K, V) bool) {} }

// KeysFromOldest yields no key.
func (*Map[K, V]) KeysFromOldest() iter.Seq[K] { return func(func(K) bool) {} }
