import { floatAttribute, intAttribute } from '../../attributes.ts';
import type { GradientRule } from '../rule.ts';
import { sumTo } from '../sum-to.ts';

/** Gemm, `Y = α · A′ · B′ + β · C`: `dA′ = α · dY · B′ᵀ`, `dB′ = α · A′ᵀ · dY`, `dC = β · dY`. */
export const gemmGradient: GradientRule = (node, gradient, draft) => {
  const [a = '', b = '', c] = node.inputs;
  const [alpha, beta] = [floatAttribute(node, 'alpha', 1), floatAttribute(node, 'beta', 1)];
  const [turnsA, turnsB] = [intAttribute(node, 'transA', 0) !== 0, intAttribute(node, 'transB', 0) !== 0];
  const product = (left: string, right: string, turnsLeft: boolean, turnsRight: boolean): string =>
    draft.step('Gemm', [left, right], {
      alpha: { float: alpha },
      transA: { int: Number(turnsLeft) },
      transB: { int: Number(turnsRight) },
    });
  const toA = (): string =>
    turnsA ? product(b, gradient, turnsB, true) : product(gradient, b, false, !turnsB);
  const toB = (): string =>
    turnsB ? product(gradient, a, true, turnsA) : product(a, gradient, !turnsA, false);
  const toC = (): string => {
    const share = beta === 1 ? gradient : draft.step('Mul', [gradient, draft.scalar(beta)]);
    return sumTo(draft, share, draft.factsOf(node, node.outputs[0]).dims, draft.factsOf(node, c).dims);
  };
  return [
    draft.isNeeded(a) ? toA() : undefined,
    draft.isNeeded(b) ? toB() : undefined,
    draft.isNeeded(c) ? toC() : undefined,
  ];
};
