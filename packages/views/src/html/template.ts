import type { Plan } from './plan.ts';

/** A template with its values. */
export class Template {
  /** @internal */
  readonly plan: Plan;
  /** @internal */
  readonly values: readonly unknown[];

  /** @internal */
  constructor(plan: Plan, values: readonly unknown[]) {
    this.plan = plan;
    this.values = values;
  }
}
