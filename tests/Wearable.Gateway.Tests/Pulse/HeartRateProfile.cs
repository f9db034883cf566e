using Hl7.Fhir.Model;
using Hl7.Fhir.Serialization;

namespace Wearable.Gateway.Tests.Pulse;

/// <summary>
/// The rules of FHIR R4's published heart-rate profile (hl7.org/fhir/R4/heartrate.html over vitalsigns.html), on top of the structure of Observation
/// that Firely's strict reader enforces: unknown elements, wrong types, code sets and cardinalities are refused by it.
/// </summary>
internal static class HeartRateProfile
{
    private const string Profile = "http://hl7.org/fhir/StructureDefinition/heartrate";
    private const string Categories = "http://terminology.hl7.org/CodeSystem/observation-category";

    /// <summary>Everything wrong with one resource; empty when it conforms.</summary>
    public static IReadOnlyList<string> Problems(string json)
    {
        Observation observation;
        try
        {
            observation = new FhirJsonDeserializer().Deserialize<Observation>(json);
        }
        catch (DeserializationFailedException e)
        {
            return [.. e.Exceptions.Select(problem => problem.Message)];
        }

        List<string> problems = [];
        void Rule(bool holds, string rule)
        {
            if (!holds)
            {
                problems.Add(rule);
            }
        }

        Rule(observation.Meta?.Profile?.Contains(Profile) == true, "meta.profile names the heart-rate profile");
        Rule(observation.Status is not null, "status 1..1");
        Rule(observation.Category.Count(c => c.Coding.Any(code => code.System == Categories && code.Code == "vital-signs")) == 1, "category VSCat 1..1: vital-signs");
        Rule(observation.Code.Coding.Count(code => code.System == "http://loinc.org" && code.Code == "8867-4") == 1, "code HeartRateCode 1..1: LOINC 8867-4");
        Rule(observation.Subject is not null, "subject 1..1");
        Rule(observation.Subject is not null && (observation.Subject.Reference ?? observation.Subject.Display) is not null, "subject says who");
        Rule(observation.Effective is FhirDateTime or Period, "effective[x] 1..1: dateTime or Period");
        Rule(observation.Effective is not FhirDateTime at || (at.Value?.Length ?? 0) >= 10, "vs-1: at least a day");
        Rule(observation.Value is null or Quantity, "value[x] is a Quantity");
        Rule(observation.Value is not null || observation.DataAbsentReason is not null || observation.Component.Count > 0 || observation.HasMember.Count > 0, "vs-2: a value or a reason for its absence");
        Rule(observation.Value is null || observation.DataAbsentReason is null, "obs-6: no reason for absence beside a value");
        if (observation.Value is Quantity rate)
        {
            Rule(rate.Value is not null, "valueQuantity.value 1..1");
            Rule(!string.IsNullOrEmpty(rate.Unit), "valueQuantity.unit 1..1");
            Rule(rate.System == "http://unitsofmeasure.org", "valueQuantity.system is UCUM");
            Rule(rate.Code == "/min", "valueQuantity.code is /min");
        }

        return problems;
    }
}
