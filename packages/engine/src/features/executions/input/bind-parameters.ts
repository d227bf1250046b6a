import type { InputField, ParameterSlot } from '@dipswitch/contract';
import type { DatabaseValue } from '../../../drivers/driver.ts';
import { type InputValue, isItems } from './input-values.ts';

interface CompiledSlot {
  /** Position among the declared input fields. */
  readonly field: number;
  readonly item: number;
}

/** Puts coerced values in the order of the placeholders of one statement. */
export class ParameterBinding {
  readonly #slots: readonly CompiledSlot[];

  /** @throws TypeError when a slot names no field: such an action does not pass validation */
  constructor(fields: readonly InputField[], slots: readonly ParameterSlot[]) {
    const positions = new Map(fields.map((field, index) => [field.name, index]));
    this.#slots = slots.map(({ name, item }) => {
      const field = positions.get(name);
      if (field === undefined) throw new TypeError('a statement has a parameter without an input property');
      return { field, item: item ?? 0 };
    });
  }

  /** An array is filled up by repeating its last item, one without items by NULL: the statement stays the same. */
  bind(values: readonly InputValue[]): DatabaseValue[] {
    const slots = this.#slots;
    const parameters: DatabaseValue[] = new Array(slots.length);
    for (let index = 0; index < slots.length; index += 1) {
      const slot = slots[index];
      if (slot === undefined) continue;
      const value = values[slot.field] ?? null;
      parameters[index] = isItems(value) ? (value[Math.min(slot.item, value.length - 1)] ?? null) : value;
    }
    return parameters;
  }
}
