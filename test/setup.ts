import { afterEach, beforeEach, expect, type MockInstance, vi } from 'vitest';

// A test fails when the code under test prints: libraries must be silent, the command line writes to its own streams.
const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
const spies = new Map<string, MockInstance<(...args: unknown[]) => void>>();

beforeEach(() => {
  for (const method of methods) {
    spies.set(
      method,
      vi.spyOn(console, method).mockImplementation(() => undefined),
    );
  }
});

afterEach(() => {
  for (const [method, spy] of spies) {
    const calls = [...spy.mock.calls];
    spy.mockRestore();
    expect(calls, `unexpected console.${method}`).toEqual([]);
  }
});
