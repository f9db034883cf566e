using Mono.Cecil;
using Mono.Cecil.Cil;

namespace Wearable.Chip.Tests;

/// <summary>
/// Finds constructs that compile for the chip and then fail silently or at run time there: generics (wrong values), checked
/// arithmetic (never throws), enum.ToString (prints the number), finalisers of our own, pointers, default interface methods,
/// multi-dimensional arrays, volatile, iterators, async, floating point in firmware.
/// </summary>
internal static class TrapGate
{
    private static readonly HashSet<Code> CheckedCodes =
    [
        Code.Add_Ovf, Code.Add_Ovf_Un, Code.Sub_Ovf, Code.Sub_Ovf_Un, Code.Mul_Ovf, Code.Mul_Ovf_Un,
        Code.Conv_Ovf_I, Code.Conv_Ovf_I_Un, Code.Conv_Ovf_I1, Code.Conv_Ovf_I1_Un, Code.Conv_Ovf_I2, Code.Conv_Ovf_I2_Un,
        Code.Conv_Ovf_I4, Code.Conv_Ovf_I4_Un, Code.Conv_Ovf_I8, Code.Conv_Ovf_I8_Un, Code.Conv_Ovf_U, Code.Conv_Ovf_U_Un,
        Code.Conv_Ovf_U1, Code.Conv_Ovf_U1_Un, Code.Conv_Ovf_U2, Code.Conv_Ovf_U2_Un, Code.Conv_Ovf_U4, Code.Conv_Ovf_U4_Un,
        Code.Conv_Ovf_U8, Code.Conv_Ovf_U8_Un,
    ];

    public static IReadOnlyList<string> Check(AssemblyDefinition assembly)
    {
        SortedSet<string> wrong = new(StringComparer.Ordinal);
        foreach (TypeDefinition type in assembly.MainModule.GetTypes())
        {
            if (type.HasGenericParameters)
            {
                wrong.Add($"{type.FullName}: generic type (silent wrong values on the chip)");
            }

            foreach (MethodDefinition method in type.Methods)
            {
                CheckMethod(type, method, wrong);
            }
        }

        return [.. wrong];
    }

    private static void CheckMethod(TypeDefinition type, MethodDefinition method, SortedSet<string> wrong)
    {
        string at = $"{type.FullName}.{method.Name}";
        if (method.HasGenericParameters)
        {
            wrong.Add($"{at}: generic method (silent wrong values on the chip)");
        }

        if (type.IsInterface && method.HasBody && !method.IsStatic)
        {
            wrong.Add($"{at}: default interface method (fails at run time on the chip)");
        }

        if (method.CustomAttributes.Any(a => a.AttributeType.Name is "AsyncStateMachineAttribute" or "IteratorStateMachineAttribute"))
        {
            wrong.Add($"{at}: async or iterator (not on the chip)");
        }

        if (!method.HasBody)
        {
            return;
        }

        foreach (Instruction i in method.Body.Instructions)
        {
            CheckInstruction(at, i, wrong);
        }
    }

    private static void CheckInstruction(string at, Instruction i, SortedSet<string> wrong)
    {
        if (CheckedCodes.Contains(i.OpCode.Code))
        {
            wrong.Add($"{at}: checked arithmetic (never throws on the chip)");
        }

        switch (i.OpCode.Code)
        {
            case Code.Volatile:
                wrong.Add($"{at}: volatile (not on the chip)");
                break;
            case Code.Localloc or Code.Calli or Code.Cpblk or Code.Initblk:
                wrong.Add($"{at}: {i.OpCode.Name} (fails at run time on the chip)");
                break;
            case Code.Ldc_R4 or Code.Ldc_R8 or Code.Conv_R4 or Code.Conv_R8 or Code.Conv_R_Un:
                wrong.Add($"{at}: floating point (the firmware is integers: no FPU on every board, different bits from the PC)");
                break;
            case Code.Constrained when i.Operand is TypeReference t && IsEnum(t) && i.Next.Operand is MethodReference { Name: "ToString" }:
                wrong.Add($"{at}: {t.Name}.ToString() prints a number on the chip");
                break;
        }

        if (i.Operand is GenericInstanceMethod or MethodReference { DeclaringType: GenericInstanceType })
        {
            wrong.Add($"{at}: call of generic {((MethodReference)i.Operand).FullName} (silent wrong values on the chip)");
        }
    }

    private static bool IsEnum(TypeReference type) => type is TypeDefinition { IsEnum: true };
}
