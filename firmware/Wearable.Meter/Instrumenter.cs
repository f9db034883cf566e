using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.Cecil.Rocks;

namespace Wearable.Meter;

/// <summary>
/// Rewrites a compiled assembly so that every basic block adds its number of IL instructions to <see cref="Counters"/>. The count is exact:
/// it is of the instructions as compiled, without the inserted ones. A block left early by an exception is counted whole.
/// Library calls count as the one call instruction; what runs inside them is native on the chip.
/// </summary>
public static class Instrumenter
{
    private const string LoopType = "Wearable.Firmware.Device", LoopMethod = "RunOnce";

    /// <summary>Writes an instrumented copy.</summary>
    /// <param name="source">The assembly as compiled (Release IL: the firmware projects always optimise).</param>
    /// <param name="target">Where the copy goes.</param>
    /// <param name="change">Applied first; null: nothing.</param>
    public static void Instrument(string source, string target, Action<AssemblyDefinition>? change = null)
    {
        using DefaultAssemblyResolver resolver = new();
        resolver.AddSearchDirectory(Path.GetDirectoryName(source));
        using AssemblyDefinition assembly = AssemblyDefinition.ReadAssembly(source, new ReaderParameters { AssemblyResolver = resolver });
        change?.Invoke(assembly);
        ModuleDefinition module = assembly.MainModule;
        MethodReference add = module.ImportReference(typeof(Counters).GetMethod(nameof(Counters.Add)));
        MethodReference allocate = module.ImportReference(typeof(Counters).GetMethod(nameof(Counters.Allocate)));
        MethodReference charge = module.ImportReference(typeof(Counters).GetMethod(nameof(Counters.Charge)));
        MethodReference step = module.ImportReference(typeof(Counters).GetMethod(nameof(Counters.Step)));
        foreach (TypeDefinition type in module.GetTypes())
        {
            foreach (MethodDefinition method in type.Methods.Where(m => m.HasBody))
            {
                Rewrite(method.Body, Counters.Register($"{type.Name}.{method.Name}"), add, allocate, charge, step);
            }
        }

        assembly.Write(target);
    }

    // The pass is a list of calls, top to bottom: each to a method of ours begins a step named after it.
    private static Dictionary<Instruction, int> StepsOf(MethodBody body)
    {
        Dictionary<Instruction, int> steps = [];
        if (body.Method.Name != LoopMethod || body.Method.DeclaringType.FullName != LoopType)
        {
            return steps;
        }

        foreach (Instruction i in body.Instructions)
        {
            if (i.Operand is MethodReference called && !LibraryCost.IsLibrary(called) && !called.Name.StartsWith("get_", StringComparison.Ordinal) && called.Name != "Get")
            {
                string type = called.DeclaringType.FullName == LoopType ? "" : called.DeclaringType.Name + ".";
                steps[i] = Counters.RegisterStep(type + called.Name);
            }
        }

        return steps;
    }

    private static void Rewrite(MethodBody body, int number, MethodReference add, MethodReference allocate, MethodReference charge, MethodReference step)
    {
        body.SimplifyMacros();
        Instruction[] original = [.. body.Instructions];
        HashSet<Instruction> leaders = Leaders(body, original);
        Dictionary<Instruction, int> steps = StepsOf(body);
        ILProcessor il = body.GetILProcessor();
        Dictionary<Instruction, Instruction> moved = [];
        for (int i = 0; i < original.Length; i++)
        {
            Instruction at = original[i];
            if (leaders.Contains(at))
            {
                int length = 1;
                while (i + length < original.Length && !leaders.Contains(original[i + length]))
                {
                    length++;
                }

                Instruction count = il.Create(OpCodes.Ldc_I4, length);
                il.InsertBefore(at, count);
                il.InsertBefore(at, il.Create(OpCodes.Ldc_I4, number));
                il.InsertBefore(at, il.Create(OpCodes.Call, add));
                moved[at] = count;
            }

            // A prefix belongs to the instruction behind it; what allocates has none in this code.
            if (Allocates(at))
            {
                il.InsertBefore(at, il.Create(OpCodes.Call, allocate));
            }

            if (steps.TryGetValue(at, out int beginning))
            {
                il.InsertBefore(at, il.Create(OpCodes.Ldc_I4, beginning));
                il.InsertBefore(at, il.Create(OpCodes.Call, step));
            }

            if (LibraryCost.Of(at) is int cost and > 0)
            {
                il.InsertBefore(at, il.Create(OpCodes.Ldc_I4, cost));
                il.InsertBefore(at, il.Create(OpCodes.Call, charge));
            }
        }

        Redirect(body, original, moved);
        body.OptimizeMacros();
    }

    private static HashSet<Instruction> Leaders(MethodBody body, Instruction[] code)
    {
        HashSet<Instruction> leaders = [code[0]];
        foreach (Instruction i in code)
        {
            switch (i.Operand)
            {
                case Instruction target:
                    leaders.Add(target);
                    break;
                case Instruction[] targets:
                    leaders.UnionWith(targets);
                    break;
            }

            bool ends = i.OpCode.FlowControl is FlowControl.Branch or FlowControl.Cond_Branch or FlowControl.Return or FlowControl.Throw;
            if (ends && i.Next is not null)
            {
                leaders.Add(i.Next);
            }
        }

        foreach (ExceptionHandler h in body.ExceptionHandlers)
        {
            foreach (Instruction? start in new[] { h.TryStart, h.TryEnd, h.HandlerStart, h.HandlerEnd, h.FilterStart })
            {
                if (start is not null)
                {
                    leaders.Add(start);
                }
            }
        }

        return leaders;
    }

    private static void Redirect(MethodBody body, Instruction[] original, Dictionary<Instruction, Instruction> moved)
    {
        foreach (Instruction i in original)
        {
            if (i.Operand is Instruction target)
            {
                i.Operand = moved[target];
            }
            else if (i.Operand is Instruction[] targets)
            {
                i.Operand = targets.Select(t => moved[t]).ToArray();
            }
        }

        foreach (ExceptionHandler h in body.ExceptionHandlers)
        {
            h.TryStart = moved[h.TryStart];
            h.TryEnd = h.TryEnd is null ? null : moved[h.TryEnd];
            h.HandlerStart = moved[h.HandlerStart];
            h.HandlerEnd = h.HandlerEnd is null ? null : moved[h.HandlerEnd];
            h.FilterStart = h.FilterStart is null ? null : moved[h.FilterStart];
        }
    }

    private static bool Allocates(Instruction i) => i.OpCode.Code switch
    {
        Code.Newarr or Code.Box or Code.Ldstr => true,
        Code.Newobj => !((MethodReference)i.Operand).DeclaringType.IsValueType,
        Code.Call or Code.Callvirt => i.Operand is MethodReference m && LibraryCost.IsLibrary(m) && LibraryCost.MakesText(m),
        _ => false,
    };
}
